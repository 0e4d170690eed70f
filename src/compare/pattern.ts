/** What the stars of `pattern` stand for in `text`, joined by stars; `undefined` where it does not match. A star stands for anything. */
export function matched(pattern: string, text: string): string | undefined {
  const parts = pattern.split('*').map(part => part.replace(/[\\^$.+?()[\]{}|]/g, '\\$&'))
  return new RegExp(`^${parts.join('(.*?)')}$`, 's').exec(text)?.slice(1).join('*')
}
