/** The line, at most `columns` wide; colours count for nothing and end with it. */
export function cut(line: string, columns: number): string {
  const parts = line.match(piece) ?? []
  const wide = parts.filter(part => !isColour(part)).length
  if (wide <= columns) return line
  let left = columns - 1
  let kept = ''
  for (const part of parts) {
    if (isColour(part)) kept += part
    else if (left-- > 0) kept += part
  }
  return `${kept}…`
}

const escape = '\u001b'
/** An SGR sequence, or one character. */
const piece = new RegExp(`${escape}\\[[\\d;]*m|.`, 'gu')

const isColour = (part: string): boolean => part.startsWith(escape)
