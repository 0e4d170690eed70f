import koffi from 'koffi'

const flock = koffi.load(null).func('int flock(int, int)')
const exclusiveNow = 2 | 4 // LOCK_EX | LOCK_NB
const EWOULDBLOCK = 11

/**
 * flock(2): takes the file for this process alone, until it closes the descriptor or dies, however it dies.
 * False when somebody else has it. A file system without locks (ENOLCK, EOPNOTSUPP) cannot tell: true.
 */
export function lockFile(fd: number): boolean {
  return flock(fd, exclusiveNow) === 0 || koffi.errno() !== EWOULDBLOCK
}
