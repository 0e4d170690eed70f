import type { Fate, Word } from './fate.ts'

/**
 * Understands whatever was thrown or emitted as `error`: the one function that does.
 * The innermost cause we know wins, because wrappers (AbortError, undici's `fetch failed`) hide the reason.
 */
export function classify(thrown: unknown): Word {
  for (const error of causes(thrown).toReversed()) {
    const name = nameOf(error)
    const fate = name === undefined ? undefined : (known[name] ?? byPrefix(name))
    if (fate) return { fate, code: wordOf(error, name ?? '') }
  }
  return { fate: 'bug', code: firstLine(thrown) }
}

const known: Readonly<Record<string, Fate>> = {
  ECONNREFUSED: 'refused', // RST to our SYN, or ICMP port unreachable on a connected UDP socket
  ECONNRESET: 'reset',
  ECONNABORTED: 'reset',
  EPIPE: 'reset', // wrote after the peer's RST had already arrived
  ETIMEDOUT: 'timeout', // the kernel gave up: retransmits or keepalives went unanswered
  DEADLINE: 'timeout', // we gave up first
  TimeoutError: 'timeout',
  UND_ERR_CONNECT_TIMEOUT: 'timeout',
  UND_ERR_HEADERS_TIMEOUT: 'timeout',
  UND_ERR_BODY_TIMEOUT: 'timeout',
  FIN: 'closed',
  UND_ERR_SOCKET: 'closed', // undici's "other side closed"; a reset carries ECONNRESET as an inner cause
  EHOSTUNREACH: 'unreachable',
  ENETUNREACH: 'unreachable',
  EHOSTDOWN: 'unreachable',
  ENETDOWN: 'unreachable',
  EADDRNOTAVAIL: 'unreachable', // no free source port towards this address, or the source address is gone
  EADDRINUSE: 'unreachable', // UDP: every local port is taken (bind)
  ENOTFOUND: 'unreachable',
  EAI_AGAIN: 'unreachable',
  EAI_FAIL: 'unreachable',
  EACCES: 'unreachable', // `ip route prohibit` on the way
  EPERM: 'unreachable', // a netfilter rule on our own output path
  WRONG_REPLY: 'wrong-reply',
  HTTPParserError: 'wrong-reply', // undici 8 leaves its HPE_ code empty
  UND_ERR_RES_EXCEEDED_MAX_SIZE: 'wrong-reply',
  UND_ERR_RES_CONTENT_LENGTH_MISMATCH: 'wrong-reply',
  UND_ERR_HEADERS_OVERFLOW: 'wrong-reply',
  WRONG_SOURCE: 'wrong-source',
  ABORT_ERR: 'cancelled',
  AbortError: 'cancelled',
  UND_ERR_ABORTED: 'cancelled',
  UND_ERR_DESTROYED: 'cancelled',
  UND_ERR_CLOSED: 'cancelled',
}

/** llhttp names a broken HTTP reply `HPE_...`. */
function byPrefix(name: string): Fate | undefined {
  return name.startsWith('HPE_') ? 'wrong-reply' : undefined
}

/** The error, its causes, and the members of an AggregateError (happy eyeballs), outermost first. */
function causes(thrown: unknown): Error[] {
  const found: Error[] = []
  let queue: unknown[] = [thrown]
  while (queue.length > 0 && found.length < 16) {
    const errors = queue.filter((each): each is Error => each instanceof Error && !found.includes(each))
    found.push(...errors)
    queue = errors.flatMap(each => [each.cause, ...(each instanceof AggregateError ? [each.errors[0]] : [])])
  }
  return found
}

function nameOf(error: Error): string | undefined {
  const code = 'code' in error && typeof error.code === 'string' ? error.code : undefined
  if (code !== undefined && (code in known || byPrefix(code))) return code
  return error.name in known ? error.name : code
}

function wordOf(error: Error, name: string): string {
  return 'syscall' in error && typeof error.syscall === 'string' ? `${name} ${error.syscall}` : name
}

function firstLine(thrown: unknown): string {
  return (
    String(thrown instanceof Error ? `${thrown.name}: ${thrown.message}` : thrown)
      .split('\n')[0]
      ?.slice(0, 120) ?? ''
  )
}
