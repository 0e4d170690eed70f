/** Why conntrack-tools did not answer, in words that say what to do about it. `why` is what the machine says, `conntrack: ...`. */
export function refusal(why: string): string {
  if (why.includes('ENOENT')) return 'conntrack-tools is not installed: there is no command "conntrack"'
  if (/CAP_NET_ADMIN|not permitted|EPERM|EACCES/.test(why)) return 'conntrack needs CAP_NET_ADMIN'
  // Of all it says on stderr only the first line comes here, and it may have been about something else.
  return /NOTICE|WARNING/.test(why) ? 'conntrack ended' : why.replace(/conntrack v[\d.]+ \(conntrack-tools\): /, '')
}
