import { isDomainName } from '../query.ts'
import type { Options } from './options.ts'

/** What became of one name as it was asked for: `h_errno` of <netdb.h>, with the reasons that change what comes next. */
export type Outcome =
  | 'found'
  | 'no-data'
  | 'not-found'
  /** TRY_AGAIN, and the server had said SERVFAIL. */
  | 'servfail'
  /** TRY_AGAIN: no server answered. */
  | 'silent'
  /** TRY_AGAIN: every server was refused by the kernel. */
  | 'refused'
  /** An answer that cannot be read: res_search is content with it, the application is not. */
  | 'malformed'
  /** NO_RECOVERY: REFUSED, NOTIMP, FORMERR. */
  | 'failed'

/**
 * Tries a name as it is and with each search domain, in the order and with the reasons to go on or to stop of glibc
 * (resolv/res_query.c, __res_context_search). Resolves to the outcome the application gets.
 */
export async function searchFor<R extends { readonly outcome: Outcome }>(
  name: string,
  { ndots, search }: Pick<Options, 'ndots' | 'search'>,
  ask: (name: string) => Promise<R>,
): Promise<R> {
  const dots = name.split('.').length - 1
  const absolute = name.endsWith('.')
  const first = dots >= ndots || absolute ? await ask(name) : undefined
  if (first && (ends(first) || absolute)) return first

  const failures: R[] = []
  let rootTried = false
  for (const domain of search) {
    rootTried ||= domain === '.'
    const candidate = domain === '.' ? `${name}.` : `${name}.${domain}`
    if (!isDomainName(candidate)) break // too long: NO_RECOVERY
    const tried = await ask(candidate)
    if (ends(tried) || tried.outcome === 'refused') return tried
    failures.push(tried)
    if (tried.outcome === 'silent' || tried.outcome === 'failed') break
  }

  if (!first && !rootTried) {
    const last = await ask(name)
    if (ends(last)) return last
    failures.push(last)
  }
  const worst =
    failures.find(({ outcome }) => outcome === 'no-data') ?? failures.find(({ outcome }) => outcome === 'servfail')
  const ended = first ?? worst ?? failures.at(-1)
  if (!ended) throw new RangeError(`nothing was asked for ${name}`)
  return ended
}

const ends = ({ outcome }: { readonly outcome: Outcome }): boolean => outcome === 'found' || outcome === 'malformed'
