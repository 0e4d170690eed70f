import type { ServerResponse } from 'node:http'

/** Writes the same text again and again, as fast as it is taken, until the other side has had enough. Returns how many bytes were. */
export function pour(answer: ServerResponse, text: string): () => number {
  const bytes = Buffer.from(text)
  let taken = 0
  const more = () => {
    let room = !answer.destroyed && !answer.writableEnded
    while (room) {
      room = answer.write(bytes)
      taken += bytes.length
    }
  }
  answer.on('drain', more)
  more()
  return () => taken
}
