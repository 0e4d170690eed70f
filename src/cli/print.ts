/** Prints a whole answer. A reader that leaves early, such as `head`, has seen enough: no mistake of anybody. */
export function print(text: string): void {
  const { stdout } = process
  stdout.on('error', error => {
    if ('code' in error && error.code === 'EPIPE') process.exit(0)
    throw error
  })
  stdout.write(text)
}
