// The floor of a server: what answering longhold's frames costs when nothing but C and epoll does it. One process, one
// thread: welcomes whoever says hello, answers each ping. No ledger, no timer, no recorder.
//
//     answerer
//
// It listens on any port of 127.0.0.1. Each line on stdin is answered with one line of JSON on stdout: `listens` with
// its address, anything else with a report; it exits when stdin ends, or when a connection fails. Before it reports,
// `reset` and `fin` end the next connection in that way, and `mute` answers it no more.

#define _GNU_SOURCE // accept4
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

enum { HEADER = 8, MOST = 4096, FILES = 20000 }; // as many as a process may have open here

// All there is to know of a connection. An epoll event carries its number.
struct held {
  uint32_t exchanges;
  uint8_t open, muted;
};

static struct held *all;
static uint64_t exchanges;
static int epoll, listener, open_now, port;

static void fail(const char *what) {
  fprintf(stderr, "answerer: %s: %s\n", what, strerror(errno));
  exit(1);
}

static void watch(int fd) {
  struct epoll_event event = {.events = EPOLLIN, .data.fd = fd};
  if (epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event)) fail("epoll_ctl");
}

static void say(int fd, uint8_t type, const void *payload, uint32_t length) {
  uint8_t bytes[MOST];
  uint32_t wire = htonl(length);
  memcpy(bytes, "LH\1", 3);
  bytes[3] = type;
  memcpy(bytes + 4, &wire, 4);
  memcpy(bytes + HEADER, payload, length);
  if (write(fd, bytes, HEADER + length) != (ssize_t)(HEADER + length)) fail("write");
}

static void welcome(void) {
  for (int fd; (fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC)) >= 0;) {
    int on = 1;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    all[fd] = (struct held){0};
    watch(fd);
  }
  if (errno != EAGAIN) fail("accept");
}

// Each thing a client says fits one segment: half a frame is as wrong as a wrong one.
static void hear(int fd) {
  static const char from[] = "{\"from\":{\"pod\":\"s\",\"node\":\"s\",\"ip\":\"127.0.0.1\",\"instance\":\"s\"}}";
  uint8_t bytes[MOST];
  ssize_t length = read(fd, bytes, sizeof bytes);
  if (length < 0 && errno == EAGAIN) return;
  if (length <= 0 || (length >= HEADER && bytes[3] == 5)) { // a goodbye, or none
    open_now -= all[fd].open;
    close(fd);
    return;
  }
  errno = EPROTO;
  if (length < HEADER || memcmp(bytes, "LH\1", 3)) fail("no frame");
  if (bytes[3] == 1) {
    all[fd].open = 1;
    open_now += 1;
    say(fd, 2, from, sizeof from - 1);
  } else if (bytes[3] == 3 && all[fd].muted) {
  } else if (bytes[3] == 3) {
    all[fd].exchanges += 1;
    exchanges += 1;
    say(fd, 4, bytes + HEADER, (uint32_t)(length - HEADER));
  } else
    fail("neither hello nor ping");
}

// The connections in turn, those far apart first: whoever is next to each other was opened together.
static int next_open(void) {
  static int cursor;
  for (int tries = 0; tries < FILES; tries++) {
    cursor = (cursor + 7919) % FILES;
    if (all[cursor].open && !all[cursor].muted) return cursor;
  }
  fail("no connection is left");
  return -1;
}

static void end_next(int with_reset) {
  struct linger at_once = {.l_onoff = 1, .l_linger = 0};
  int fd = next_open();
  if (with_reset) setsockopt(fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
  open_now -= 1;
  all[fd].open = 0;
  close(fd);
}

static void report(void) {
  char line[256] = {0};
  if (read(0, line, sizeof line - 1) <= 0) exit(0);
  if (!strncmp(line, "reset", 5)) end_next(1);
  if (!strncmp(line, "fin", 3)) end_next(0);
  if (!strncmp(line, "mute", 4)) all[next_open()].muted = 1;
  if (!strncmp(line, "listens", 7)) printf("[\"127.0.0.1:%d\"]\n", port);
  else printf("{\"open\":%d,\"exchanges\":%lu}\n", open_now, exchanges);
  fflush(stdout);
}

int main(void) {
  struct sockaddr_in here = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  socklen_t size = sizeof here;
  all = calloc(FILES, sizeof *all);
  epoll = epoll_create1(EPOLL_CLOEXEC);
  listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (!all || epoll < 0 || listener < 0 || bind(listener, (struct sockaddr *)&here, size) || listen(listener, 4096) ||
      getsockname(listener, (struct sockaddr *)&here, &size))
    fail("start");
  port = ntohs(here.sin_port);
  watch(listener);
  watch(0);
  for (struct epoll_event events[1024];;) {
    int ready = epoll_wait(epoll, events, 1024, -1);
    if (ready < 0 && errno != EINTR) fail("epoll_wait");
    for (int i = 0; i < ready; i++) {
      if (events[i].data.fd == listener) welcome();
      else if (events[i].data.fd == 0) report();
      else hear(events[i].data.fd);
    }
  }
}
