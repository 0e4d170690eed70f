// The floor: what holding connections and speaking longhold's frames costs when nothing but C and epoll does it.
// One process, one thread: says hello on every connection, keeps each silent, sends a ping with random bytes under a
// deadline, checks the pong. One timer wheel of the same tick as longhold's, no recorder, no histogram, no journal.
//
//     holder HOST PORT CONNECTIONS IDLE_MS SPREAD_MS
//
// Each line on stdin is answered with one line of JSON on stdout; it exits when stdin ends, or when a connection fails.

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/random.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { HEADER = 8, NONCE = 16, PING = HEADER + 4 + NONCE, SLOTS = 1024, TICK_MS = 50, DEADLINE_MS = 5000 };
enum stage { WAITING, GREETING, IDLE, EXCHANGE };

struct held {
  struct held *next, **link; // its place in the wheel
  uint64_t due;
  uint32_t exchanges;
  int fd;
  enum stage stage;
  uint8_t ping[PING];
};

static struct held *all, *wheel[SLOTS];
static struct sockaddr_in server;
static uint64_t tick, exchanges;
static int epoll, opened, idle_ms;

static uint64_t now_ms(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (uint64_t)t.tv_sec * 1000 + (uint64_t)t.tv_nsec / 1000000;
}

static void fail(const char *what) {
  fprintf(stderr, "holder: %s: %s\n", what, strerror(errno));
  exit(1);
}

static void clear(struct held *h) {
  if (!h->link) return;
  *h->link = h->next;
  if (h->next) h->next->link = h->link;
  h->link = NULL;
}

static void set(struct held *h, uint64_t now, uint64_t ms) {
  clear(h);
  h->due = now + ms;
  uint64_t at = (h->due + TICK_MS - 1) / TICK_MS;
  struct held **slot = &wheel[(at < tick ? tick : at) % SLOTS];
  h->next = *slot;
  h->link = slot;
  if (h->next) h->next->link = &h->next;
  *slot = h;
}

static size_t frame(uint8_t *into, uint8_t type, const void *payload, uint32_t length) {
  uint32_t wire = htonl(length);
  memcpy(into, "LH\1", 3);
  into[3] = type;
  memcpy(into + 4, &wire, 4);
  memcpy(into + HEADER, payload, length);
  return HEADER + length;
}

static void say(struct held *h, const uint8_t *bytes, size_t length) {
  if (write(h->fd, bytes, length) != (ssize_t)length) fail("write");
}

static void greet(struct held *h, uint64_t now) {
  char hello[512];
  uint8_t bytes[1024];
  int on = 1;
  h->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (h->fd < 0) fail("socket");
  if (connect(h->fd, (struct sockaddr *)&server, sizeof server)) fail("connect");
  fcntl(h->fd, F_SETFL, O_NONBLOCK);
  setsockopt(h->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  int length = snprintf(hello, sizeof hello,
                        "{\"id\":\"c%015x\",\"cohort\":\"floor\",\"path\":\"service\",\"speaker\":\"client\",\"idleMs\":[%d],"
                        "\"deadlineMs\":%d,\"from\":{\"pod\":\"c\",\"node\":\"c\",\"ip\":\"127.0.0.1\",\"instance\":\"c\"}}",
                        (unsigned)(h - all), idle_ms, DEADLINE_MS);
  struct epoll_event event = {.events = EPOLLIN, .data.ptr = h};
  if (epoll_ctl(epoll, EPOLL_CTL_ADD, h->fd, &event)) fail("epoll_ctl");
  say(h, bytes, frame(bytes, 1, hello, (uint32_t)length));
  h->stage = GREETING;
  set(h, now, DEADLINE_MS);
}

static const uint8_t *nonce(void) {
  static uint8_t pool[NONCE * 512];
  static size_t used = sizeof pool;
  if (used == sizeof pool) {
    if (getrandom(pool, sizeof pool, 0) != sizeof pool) fail("getrandom");
    used = 0;
  }
  used += NONCE;
  return pool + used - NONCE;
}

static void ask(struct held *h, uint64_t now) {
  uint8_t payload[4 + NONCE];
  uint32_t sequence = htonl(h->exchanges);
  memcpy(payload, &sequence, 4);
  memcpy(payload + 4, nonce(), NONCE);
  frame(h->ping, 3, payload, sizeof payload);
  say(h, h->ping, PING);
  h->stage = EXCHANGE;
  set(h, now, DEADLINE_MS);
}

static void ring(struct held *h, uint64_t now) {
  if (h->stage == WAITING) return greet(h, now);
  if (h->stage == IDLE) return ask(h, now);
  fprintf(stderr, "holder: no %s within %lu ms\n", h->stage == GREETING ? "welcome" : "pong",
          (unsigned long)(now - h->due + DEADLINE_MS));
  exit(1);
}

static void turn(uint64_t now) {
  for (uint64_t until = now / TICK_MS; tick <= until;) {
    struct held *h = wheel[tick % SLOTS];
    tick += 1;
    while (h) {
      struct held *next = h->next;
      if (h->due <= now) clear(h), ring(h, now);
      h = next;
    }
  }
}

// Every answer of the server fits one segment: half a frame is as wrong as a wrong one.
static void hear(struct held *h, uint64_t now) {
  uint8_t bytes[4096];
  ssize_t length = read(h->fd, bytes, sizeof bytes);
  if (length < 0 && errno == EAGAIN) return;
  if (length <= 0) fail("read");
  errno = EPROTO;
  if (length < HEADER || memcmp(bytes, "LH\1", 3)) fail("no frame");
  if (h->stage == GREETING) {
    if (bytes[3] != 2) fail("no welcome");
    opened += 1;
  } else {
    if (h->stage != EXCHANGE || bytes[3] != 4 || length != PING || memcmp(bytes + 4, h->ping + 4, PING - 4))
      fail("wrong pong");
    h->exchanges += 1;
    exchanges += 1;
  }
  h->stage = IDLE;
  set(h, now, (uint64_t)idle_ms);
}

static void report(void) {
  char line[256];
  struct rusage used;
  if (read(0, line, sizeof line) <= 0) exit(0);
  getrusage(RUSAGE_SELF, &used);
  printf("{\"open\":%d,\"exchanges\":%lu,\"userUs\":%ld,\"systemUs\":%ld}\n", opened, exchanges,
         used.ru_utime.tv_sec * 1000000 + used.ru_utime.tv_usec, used.ru_stime.tv_sec * 1000000 + used.ru_stime.tv_usec);
  fflush(stdout);
}

int main(int count, char **words) {
  if (count != 6) return fprintf(stderr, "holder HOST PORT CONNECTIONS IDLE_MS SPREAD_MS\n"), 2;
  server.sin_family = AF_INET;
  server.sin_port = htons((uint16_t)atoi(words[2]));
  if (inet_pton(AF_INET, words[1], &server.sin_addr) != 1) return 2;
  int connections = atoi(words[3]), spread_ms = atoi(words[5]);
  idle_ms = atoi(words[4]);
  all = calloc((size_t)connections, sizeof *all);
  epoll = epoll_create1(EPOLL_CLOEXEC);
  struct epoll_event event = {.events = EPOLLIN, .data.ptr = NULL}, events[1024];
  if (!all || epoll < 0 || epoll_ctl(epoll, EPOLL_CTL_ADD, 0, &event)) fail("start");
  uint64_t now = now_ms();
  tick = now / TICK_MS;
  for (int i = 0; i < connections; i++) set(&all[i], now, (uint64_t)spread_ms * (uint64_t)i / (uint64_t)connections);
  for (uint64_t next = now + TICK_MS;;) {
    now = now_ms();
    int ready = epoll_wait(epoll, events, 1024, next > now ? (int)(next - now) : 0);
    if (ready < 0 && errno != EINTR) fail("epoll_wait");
    now = now_ms();
    for (int i = 0; i < ready; i++) {
      if (events[i].data.ptr) hear(events[i].data.ptr, now);
      else report();
    }
    // All there is to read first: after a stall of ours the answer may wait in the kernel's buffer.
    if (now >= next && ready < 1024) next = now + TICK_MS, turn(now);
  }
}
