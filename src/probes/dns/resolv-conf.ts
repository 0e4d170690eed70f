import { readFileSync } from 'node:fs'
import { isIP } from 'node:net'

/** What resolv.conf(5) says. Absent is what it does not say. */
export interface ResolvConf {
  readonly servers: readonly string[]
  readonly search: readonly string[]
  readonly timeoutS?: number
  readonly attempts?: number
  readonly ndots?: number
  readonly rotate: boolean
  readonly useVc: boolean
  readonly singleRequest: boolean
  readonly singleRequestReopen: boolean
  readonly edns: boolean
}

/** /etc/resolv.conf as it is now; as if it were empty where there is none, which is how glibc takes it. */
export function readResolvConf(path = '/etc/resolv.conf'): ResolvConf {
  try {
    return parseResolvConf(readFileSync(path, 'utf8'))
  } catch {
    return parseResolvConf('')
  }
}

/**
 * Understands the file as glibc does (resolv/res_init.c): the last `search` or `domain` counts, options add up, numbers
 * are capped, lines and options it does not know are passed over.
 */
export function parseResolvConf(text: string): ResolvConf {
  const lines = text
    .split('\n')
    .filter(line => !/^[#;\s]/.test(line))
    .map(line => line.trim().split(/\s+/))
  const valuesOf = (keyword: string) => lines.flatMap(([first, ...values]) => (first === keyword ? [values] : []))
  const options = valuesOf('options').flat()
  const number = (name: string, key: string, most: number) => {
    const digits = options.findLast(option => option.startsWith(`${name}:`))?.slice(name.length + 1)
    return digits !== undefined && /^\d+/.test(digits) ? { [key]: Math.min(most, Number.parseInt(digits, 10)) } : {}
  }
  const [keyword, ...domains] = lines.findLast(([first = '']) => ['search', 'domain'].includes(first)) ?? []
  return {
    servers: valuesOf('nameserver').flatMap(([server = '']) => (isIP(server) ? [server] : [])),
    search: keyword === 'domain' ? domains.slice(0, 1) : domains,
    ...number('timeout', 'timeoutS', 30), // RES_MAXRETRANS
    ...number('attempts', 'attempts', 5), // RES_MAXRETRY
    ...number('ndots', 'ndots', 15), // RES_MAXNDOTS
    rotate: options.includes('rotate'),
    useVc: options.includes('use-vc'),
    singleRequest: options.includes('single-request'),
    singleRequestReopen: options.includes('single-request-reopen'),
    edns: options.includes('edns0'),
  }
}
