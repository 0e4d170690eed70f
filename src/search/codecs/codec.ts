/** What some bytes of the peer meant. */
export type Heard =
  /** The first exchange is through. */
  | { readonly type: 'welcome'; readonly server?: string | undefined }
  | { readonly type: 'answer'; readonly server?: string | undefined }
  /** The peer spoke first, and wants this back. */
  | { readonly type: 'turn'; readonly reply: Uint8Array }
  /** It leaves, on purpose. */
  | { readonly type: 'goodbye'; readonly said: string }
  /** It says why it will close. */
  | { readonly type: 'complaint'; readonly said: string }
  /** Not what we expected: another protocol, a refusal. */
  | { readonly type: 'wrong'; readonly said: string }

/** One conversation over a stream of bytes. It keeps what is half heard, and reads no more of a stranger than it must. */
export interface Codec {
  /** Said as soon as the connection is up. */
  readonly greeting: Uint8Array
  hear(bytes: Buffer): readonly Heard[]
  /** Said to break the silence. */
  question(): Uint8Array
  /** Said before we close. */
  readonly farewell?: Uint8Array
}

/** What a peer said, in one printable line. */
export const printable = (bytes: Uint8Array | string): string =>
  (typeof bytes === 'string' ? bytes : Buffer.from(bytes).toString('latin1'))
    .slice(0, 120)
    .replace(/[^\x20-\x7e]+/g, ' ')
    .trim()
