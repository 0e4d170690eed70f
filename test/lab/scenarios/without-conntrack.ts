import type { KubeProxyFace } from '../cluster/kube-proxy-ports.ts'
import type { Lab } from '../stage.ts'

/** The last that needs the program, in an image without it. */
export const withoutConntrack: KubeProxyFace = { version: 'v1.31.14', conntrack: false }

/** Of a kube-proxy image that was built without the `conntrack` program. */
const path = '/kube-proxy-image/bin'

/** kube-proxy (up to 1.31) tries to clean up after a change, and cannot: it logs that, and goes on. */
export async function failsToCleanUp({ proxy, says }: Lab): Promise<void> {
  const failed = await proxy.cleansUp(path).then(
    () => undefined,
    (error: unknown) => error,
  )
  if (!(failed instanceof Error)) throw new Error(`there is a conntrack in ${path}`)
  says(`kube-proxy logs: ${failed.message}`)
}

/** The very commands kube-proxy would have run, by somebody who has the program. */
export async function cleansUpByHand({ proxy, says }: Lab): Promise<void> {
  for (const command of await proxy.cleansUp()) says(command)
}
