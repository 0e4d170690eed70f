import type { Tone } from '../record/tables/table.ts'
import { ago } from '../record/tables/words.ts'
import { endWords } from './connection-words.ts'
import type { BothSides, ClientSide, ServerSide } from './sides.ts'

/** How a connection stands, both sides taken together, in a sentence: what one of them does not know is what matters. */
export function standing({ client, server }: BothSides, now: number): { readonly text: string; readonly tone: Tone } {
  if (!client) return alone(server, now)
  const mine = client.end ? `It ended for the client (${ended(client.end, now)})` : 'The client has it open'
  const text = (rest: string) => `${mine}; ${rest}`
  if (server.state === 'unreachable' || server.state === 'nobody')
    return {
      text: text(`the server’s side is not to be had: ${server.why}.`),
      tone: client.end ? toneOf(client) : 'warn',
    }
  if (server.state === 'unknown') {
    const why =
      server.answeredBy !== undefined && server.answeredBy !== server.asked
        ? 'another process answers in its place: it was restarted'
        : 'it never came, or its ending is forgotten'
    return { text: text(`the server does not know it: ${why}.`), tone: client.end ? toneOf(client) : 'bad' }
  }
  const { state, ending } = server.account
  if (client.end)
    return ending
      ? { text: text(`and for the server (${endWords(ending)}).`), tone: toneOf(client) }
      : { text: text('the server still has it open, and does not know.'), tone: 'bad' }
  if (ending) return { text: text(`for the server it ended (${endWords(ending)}): nobody will answer.`), tone: 'bad' }
  if (state === 'overdue')
    return { text: text('the server missed the client’s turn: what the client says may not arrive.'), tone: 'warn' }
  return { text: 'Both sides have it open.', tone: 'good' }
}

function alone(server: ServerSide, now: number): { readonly text: string; readonly tone: Tone } {
  const other = 'The client’s side is told by the client itself.'
  if (server.state !== 'told') return { text: other, tone: 'dim' }
  const { state, ending } = server.account
  if (ending)
    return { text: `It ended for the server (${ended(ending, now)}). ${other}`, tone: ending.planned ? 'dim' : 'bad' }
  if (state === 'overdue')
    return { text: `The server has it open, and missed the client’s turn. ${other}`, tone: 'warn' }
  return { text: `The server has it open. ${other}`, tone: 'good' }
}

const ended = (end: { fate: string; phase: string; planned: boolean; at: number }, now: number): string =>
  `${endWords(end)}, ${ago(now - end.at)} ago`

const toneOf = ({ end }: ClientSide): Tone => (end?.planned === true ? 'dim' : 'bad')
