/**
 * A counter in what was read of a kernel: `Ip InAddrErrors`, `Tcp OutRsts` (/proc/net/snmp), `TcpExt TCPKeepAlive`
 * (/proc/net/netstat), `conntrack drop` (/proc/net/stat/nf_conntrack, all CPUs together). Error when it is not there.
 */
export function counter(texts: Readonly<Record<string, string>>, name: string): number {
  const [group = '', field = ''] = name.split(' ')
  const found = group === 'conntrack' ? perCpu(texts['nf_conntrack stat'] ?? '', field) : snmp(texts, group, field)
  if (found === undefined) throw new Error(`no counter "${name}" was read`)
  return found
}

/** Two lines for each group: names, then numbers. */
function snmp(texts: Readonly<Record<string, string>>, group: string, field: string): number | undefined {
  const lines = `${texts['snmp'] ?? ''}\n${texts['netstat'] ?? ''}`
    .split('\n')
    .filter(line => line.startsWith(`${group}: `))
  const [names, numbers] = lines.map(line => line.split(' '))
  const number = numbers?.[names?.indexOf(field) ?? -1]
  return number === undefined ? undefined : Number(number)
}

/** A line of names, then a line of hexadecimal numbers for each CPU. */
function perCpu(text: string, field: string): number | undefined {
  const [names, ...cpus] = text
    .trim()
    .split('\n')
    .map(line => line.trim().split(/\s+/))
  const column = names?.indexOf(field) ?? -1
  if (column < 0) return undefined
  return cpus.reduce((sum, numbers) => sum + Number.parseInt(numbers[column] ?? '0', 16), 0)
}
