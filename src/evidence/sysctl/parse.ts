/** A number, or several of them with one space between; `undefined` for what is neither, or was not read to its end. */
export function valueOf(text: string): number | string | undefined {
  if (text.length > 100 || !text.endsWith('\n')) return undefined
  const numbers = text.slice(0, -1).split(/[ \t]+/)
  if (!numbers.every(each => /^-?\d{1,15}$/.test(each))) return undefined
  return numbers.length === 1 ? Number(numbers[0]) : numbers.join(' ')
}

/** `net/ipv4/conf/eth0.100/forwarding` is `net.ipv4.conf.eth0/100.forwarding`, as sysctl(8) has it. */
export const nameOf = (path: string): string =>
  path
    .split('/')
    .map(part => part.replaceAll('.', '/'))
    .join('.')
