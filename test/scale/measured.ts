/**
 * What only measuring tells: `npm run bench -- scale` of 2026-11-22 (2 CPUs busy with other work, Linux 6.18, Node 24.21), where a
 * server held the 16,800 connections of 40 clients of `k8s/base`. The benchmark says how far these are from what it finds.
 */
export const measured = {
  /** Packets, both directions together. */
  packets: {
    /** Ping, pong, and the acknowledgement of the pong; HTTP the same. */
    exchange: 3,
    /** The kernel's probe and its answer. */
    keepalive: 2,
    /** Question and answer. */
    datagram: 2,
    /** SYN, SYN ACK, ACK, hello, its ACK, welcome, its ACK: 7.0 where 200 were opened. */
    opening: 7,
    /** The server's goodbye, both FINs, and their ACKs: 6.0 where 420 were told goodbye. */
    closing: 6,
  },
  /** Bytes of IP, both directions together. HTTP has some more, and so has a DNS answer with many records. */
  bytes: { exchange: 212, keepalive: 104, echo: 312, dnsQuestion: 180 },
  memory: {
    /** Resident with nothing held, bytes: 159.4 MB and 178.6 MB with the 420 connections of one client. */
    serverProcess: 158.3e6,
    clientProcess: 177.3e6,
    /**
     * Resident for each connection more, bytes. The server's where each of 5,000 clients holds three (2460 in the process of
     * the 16,800, whose clients are five); the client's is an aim of the benchmark `held`.
     */
    serverConnection: 4000,
    clientConnection: 3072,
    /** The kernel's own for each socket, which counts against the pod's limit, too: slab, half of what both ends take; bytes. */
    socket: 4800,
  },
  /** How long the kernel keeps the entry of a datagram that was answered once (nf_conntrack_udp_timeout), s. */
  udpEntryS: 30,
  /** CPU of a server: with nothing to do, cores; and for each exchange or echo, us. */
  serverCpu: { idle: 0.023, answerUs: 122 },
  /** CPU of a server for a connection that opens, us: 9600 opened at once took it 1.1 s. */
  openingUs: 115,
  /** What `longhold agent` tells on this machine; one with IPVS tells of its servers, too. */
  agent: { series: 162, bytes: 12_079 },
} as const
