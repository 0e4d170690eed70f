import { checking, proofOf, type Unproven } from '../secrets/proof.ts'
import { type Hello, saidIn } from '../wire/hello.ts'
import type { World } from './kind.ts'

/** Proves a hello to the servers of a kind; nothing where no token is set. */
export const proofFor = (
  kind: string,
  hello: Hello,
  { token, clock }: Pick<World, 'token' | 'clock'>,
): string | undefined => token && proofOf(saidIn(kind, hello), token, clock)

/** Says why a client may not be held: it does not prove the token that is set. Each proof is taken once. */
export function door(
  kind: string,
  { token, clock }: Pick<World, 'token' | 'clock'>,
): (hello: Hello, proof: string | undefined) => Unproven | undefined {
  const check = token && checking(token, clock)
  return (hello, proof) => check?.(saidIn(kind, hello), proof)
}
