import { type Browser, chromium } from 'playwright-core'

/** Debian's, as `test/packages.sh` installs it: playwright-core brings no browser of its own. */
const executablePath = '/usr/bin/chromium'

/** Where what it shows is kept, for people to look at. Not in git. */
export const pictures = new URL('../output/browser/', import.meta.url)

/** Starts it. Error with the fix when it is not there. */
export async function startChromium(): Promise<Browser> {
  return chromium
    .launch({
      executablePath,
      args: [
        '--no-sandbox', // as root it refuses to start with one; it is shown nothing but our own page
        '--force-color-profile=srgb', // the same colours on every machine
        `--host-resolver-rules=MAP ${remoteName} 127.0.0.1`,
      ],
    })
    .catch((error: unknown) => {
      throw new Error(`${executablePath} does not start: run "npm run test:packages" first`, { cause: error })
    })
}

/** Leads to this machine, but a browser trusts it as little as any other host that is served without TLS. */
export const remoteName = 'longhold.test'
