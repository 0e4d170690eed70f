import { printable, type Heard, type Codec } from './codec.ts'

export interface Login {
  readonly user: string
  readonly database: string
}

/**
 * PostgreSQL's protocol 3.0, as far as a login without a password and an empty query go (postgresql.org, "Message
 * Formats"). An idle session ends with the error 57P05, one that an administrator ends with 57P01 to 57P03.
 */
export function postgres({ user, database }: Login): Codec {
  let rest = Buffer.alloc(0)
  let welcomed = false

  function understand(type: string, body: Buffer): Heard | undefined {
    if (type === 'R' && body.length >= 4 && body.readInt32BE(0) !== 0)
      return { type: 'wrong', said: 'it wants a password: use a role that logs in without one (trust)' }
    if (type === 'Z') {
      const first = !welcomed
      welcomed = true
      return { type: first ? 'welcome' : 'answer' }
    }
    if (type !== 'E') return undefined
    const fields = errorFields(body)
    const text = printable(`${fields['C'] ?? ''} ${fields['M'] ?? ''}`)
    if (/^57P0[123]/.test(text)) return { type: 'goodbye', said: text }
    return { type: welcomed ? 'complaint' : 'wrong', said: text }
  }

  return {
    greeting: startup(user, database),
    hear(bytes) {
      rest = Buffer.concat([rest, bytes])
      const heard: Heard[] = []
      while (rest.length >= 5) {
        const length = rest.readInt32BE(1)
        if (length < 4 || length > longest)
          return [...heard, { type: 'wrong', said: `not PostgreSQL: ${printable(rest)}` }]
        if (rest.length < length + 1) break
        const one = understand(String.fromCharCode(rest[0] ?? 0), rest.subarray(5, length + 1))
        if (one) heard.push(one)
        rest = rest.subarray(length + 1)
      }
      return heard
    },
    question: () => message('Q', Buffer.from('\0')),
    farewell: message('X', Buffer.alloc(0)),
  }
}

/** No message we wait for is longer. */
const longest = 64 * 1024

function startup(user: string, database: string): Buffer {
  const body = Buffer.from(`user\0${user}\0database\0${database}\0application_name\0longhold\0\0`)
  const head = Buffer.alloc(8)
  head.writeInt32BE(body.length + 8, 0)
  head.writeInt32BE(196_608, 4) // 3.0
  return Buffer.concat([head, body])
}

function message(type: string, body: Buffer): Buffer {
  const head = Buffer.alloc(5)
  head.write(type, 'latin1')
  head.writeInt32BE(body.length + 4, 1)
  return Buffer.concat([head, body])
}

/** `S`everity, `C`ode, `M`essage, ... each a byte and a string up to a NUL. */
const errorFields = (body: Buffer): Readonly<Record<string, string>> =>
  Object.fromEntries(
    body
      .toString('utf8')
      .split('\0')
      .filter(field => field.length > 1)
      .map(field => [field[0] ?? '', field.slice(1)]),
  )
