import { z } from 'zod'

const file = (description: string) =>
  z
    .string()
    .min(1, { error: () => 'a file' })
    .meta({ description })

/** A file with a token, as a mounted Secret brings it. */
export const tokenFile = file

const certFile = (whose: string) => file(`PEM with the certificate ${whose}, and those between it and its authority`)
const keyFile = file('PEM with the private key of that certificate')

/** What a port that talks TLS shows, and whom it lets in. */
export const listenerTls = z.strictObject({
  certFile: certFile('that is shown'),
  keyFile,
  caFile: file('PEM with the authorities of clients; with it every client has to show a certificate').optional(),
})
export type ListenerTls = z.output<typeof listenerTls>

/** A name in a certificate. Pods are asked by addresses that come and go: it is a name that says who they are. */
const peerName = z.string().regex(/^(?=.{1,253}$)[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/, {
  error: () => '"off" (plain HTTP), or a name in their certificate such as longhold-server',
})

/** How servers' ledgers and the agent are asked over TLS. */
export const askerTls = z
  .strictObject({
    caFile: file('PEM with the authorities of those who are asked'),
    certFile: certFile('of who asks').optional(),
    keyFile: keyFile.optional(),
    servers: peerName.default('longhold-server').meta({
      description:
        'the DNS name that the certificates of servers have to bear; off: their ledgers are asked over plain HTTP',
    }),
    agent: peerName
      .default('longhold-agent')
      .meta({ description: 'the same of the agent; off: it is asked over plain HTTP' }),
  })
  .refine(({ certFile: cert, keyFile: key }) => (cert === undefined) === (key === undefined), {
    error: () => 'certFile and keyFile, or neither of them',
  })
export type AskerTls = z.output<typeof askerTls>

/** How those who hold connections, or are asked for echoes, know each other. */
export const auth = z.strictObject({
  tokenFile: file(
    'file with the token that clients prove to know on the data ports, and that servers want proven; further lines hold tokens that servers take as well',
  ).optional(),
})
export type Auth = z.output<typeof auth>
