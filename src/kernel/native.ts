import koffi from 'koffi'

// Symbols of this process itself: libc is already loaded, so no path guessing, and musl works as glibc does.
const libc = koffi.load(null)
const set = libc.func('setsockopt', 'int', ['int', 'int', 'int', 'void *', 'uint32_t'])
const get = libc.func('getsockopt', 'int', ['int', 'int', 'int', 'void *', 'void *'])
const control = libc.func('int ioctl(int, unsigned long, ...)')
const open = libc.func('socket', 'int', ['int', 'int', 'int'])
const shut = libc.func('close', 'int', ['int'])
const gettime = libc.func('clock_gettime', 'int', ['int', 'void *'])
const rlimit = libc.func('getrlimit', 'int', ['int', 'void *'])

const word = new Int32Array(1)
const size = new Uint32Array(1)
const timespec = new BigInt64Array(2)

/** setsockopt(2) of an int. Returns 0 or a negative errno; never throws. */
export function setInt(fd: number, level: number, name: number, value: number): number {
  word[0] = value
  return set(fd, level, name, word, 4) === 0 ? 0 : -koffi.errno()
}

/** getsockopt(2) of an int. Returns the value, or a negative errno. The options asked for here are never negative. */
export function getInt(fd: number, level: number, name: number): number {
  size[0] = 4
  return get(fd, level, name, word, size) === 0 ? (word[0] ?? 0) : -koffi.errno()
}

/** getsockopt(2) into `bytes`. Returns how many bytes the kernel filled, or a negative errno. */
export function getBytes(fd: number, level: number, name: number, bytes: Uint8Array): number {
  size[0] = bytes.byteLength
  return get(fd, level, name, bytes, size) === 0 ? (size[0] ?? 0) : -koffi.errno()
}

// linux/socket.h, linux/net.h: the same numbers on x64 and arm64.
const AF_INET = 2
const SOCK_STREAM_CLOEXEC = 0o2000001

/** Lends a TCP socket that is bound to nothing: no address has to be there for it, not even loopback. Throws where the kernel has none. */
export function withTcpSocket<T>(use: (fd: number) => T): T {
  const fd: number = open(AF_INET, SOCK_STREAM_CLOEXEC, 0)
  if (fd < 0) throw new Error(`socket(2): errno ${koffi.errno()}`)
  try {
    return use(fd)
  } finally {
    shut(fd)
  }
}

const SIOCGSTAMPNS = 0x8907
const stamp = new BigInt64Array(2)

/** When the kernel received the datagram last read from `fd`, CLOCK_REALTIME ns; `undefined` before the first. */
export function receivedAtNs(fd: number): bigint | undefined {
  return control(fd, SIOCGSTAMPNS, 'void *', stamp) === 0 ? nanoseconds(stamp) : undefined
}

/** CLOCK_REALTIME, ns. */
export function realtimeNs(): bigint {
  gettime(0, timespec)
  return nanoseconds(timespec)
}

/** struct timespec: two 64-bit words on every 64-bit Linux. */
function nanoseconds([seconds = 0n, rest = 0n]: BigInt64Array): bigint {
  return seconds * 1_000_000_000n + rest
}

const limits = new BigUint64Array(2)

/** How many files this process may open: RLIMIT_NOFILE, soft. */
export function fileLimit(): number {
  rlimit(7, limits)
  const soft = limits[0] ?? 0n
  return soft > BigInt(Number.MAX_SAFE_INTEGER) ? Number.MAX_SAFE_INTEGER : Number(soft)
}
