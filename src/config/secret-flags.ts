import { type Draft, isDraft, section } from './draft.ts'
import { on, type Override } from './flag.ts'
import { commands } from './schema.ts'

const asking = ['pair', 'client'] as const

/** What names the files of mounted Secrets, so that a manifest needs no configuration of its own for them. */
export const secretFlags: readonly Override[] = [
  on(commands, 'auth-token-file', '<file>', 'the token that is proven on the data ports', at('auth', 'tokenFile')),
  on(commands, 'web-token-file', '<file>', 'the token who reads metrics and page has to bear', at('web', 'tokenFile')),
  on(commands, 'web-tls-cert', '<file>', 'the certificate of the web port: HTTPS', at('web', 'tls', 'certFile')),
  on(commands, 'web-tls-key', '<file>', 'its private key', at('web', 'tls', 'keyFile')),
  on(commands, 'web-tls-ca', '<file>', 'who reads has to show a certificate of these', at('web', 'tls', 'caFile')),
  on(asking, 'evidence-tls-ca', '<file>', 'ask servers and agent over HTTPS', at('evidence', 'tls', 'caFile')),
  on(asking, 'evidence-tls-cert', '<file>', 'the certificate to ask with', at('evidence', 'tls', 'certFile')),
  on(asking, 'evidence-tls-key', '<file>', 'its private key', at('evidence', 'tls', 'keyFile')),
  on(asking, 'agent-token', '<token>', 'the token that agent wants', at('evidence', 'agent', 'token')),
  on(asking, 'agent-token-file', '<file>', 'a file with it', whereAsked(at('evidence', 'agent', 'tokenFile'))),
]

/** A manifest may bring the token of an agent whether or not that is asked. */
function whereAsked(apply: Override['apply']): Override['apply'] {
  return (draft, text, kinds) => {
    const evidence = isDraft(draft.evidence) ? draft.evidence : {}
    return isDraft(evidence.agent) ? apply(draft, text, kinds) : [['evidence']]
  }
}

/** Sections are made on the way, as their fields are. */
function at(...path: readonly [string, ...string[]]): Override['apply'] {
  const field = path.at(-1) ?? ''
  return (draft: Draft, text) => {
    const holder = path.slice(0, -1).reduce(section, draft)
    holder[field] = text
    return [path]
  }
}
