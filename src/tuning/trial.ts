/** How a connection, or a UDP flow, was found dead by the first word after its silence. */
export type Death =
  /** RST: nobody there knows the connection. */
  | 'reset'
  /** No answer within the deadline. */
  | 'unanswered'
  /** FIN in place of an answer. */
  | 'closed'
  /** The server was to speak, and nothing came. */
  | 'unheard'
  /** UDP: another server than before answered; the path had forgotten where the flow went. */
  | 'elsewhere'

/** How a connection ended while nobody spoke. */
export type Cut =
  /** RST. */
  | 'reset'
  /** FIN. */
  | 'closed'
  /** The kernel's keepalive met nobody. */
  | 'gave-up'

/** One connection that was kept silent once, and what came of it. */
export type Trial = {
  /** How long it was silent in truth, ms: until its first word, or until it was cut. */
  readonly silenceMs: number
  /** When that silence was over, ms since the search began. */
  readonly atMs: number
} & (
  | { readonly outcome: 'survived' }
  | { readonly outcome: 'died'; readonly how: Death }
  | { readonly outcome: 'cut'; readonly how: Cut; readonly said?: string | undefined }
)

/** A connection that is silent now. */
export interface Silent {
  /** So far, ms. */
  readonly ageMs: number
}
