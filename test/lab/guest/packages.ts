import { execFile } from 'node:child_process'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { Problem } from '../../../src/outcome/problem.ts'

const run = promisify(execFile)

export interface Parcel {
  readonly packages: readonly string[]
  /** A package too; what it would need beside the kernel itself is left out. */
  readonly kernel: string
  readonly folder: string
}

/**
 * Fetches packages, and all they depend on, into `folder`/debs. Nothing is installed: apt thinks nothing is there and
 * may only download. Lists that are out of date are fetched anew (root may).
 */
export async function fetchPackages({ packages, kernel, folder }: Parcel): Promise<void> {
  const debs = join(folder, 'debs')
  const status = join(folder, 'status')
  await mkdir(join(debs, 'partial'), { recursive: true })
  await writeFile(status, '')
  const empty = ['-o', `Dir::State::status=${status}`, '-o', `Dir::Cache::archives=${debs}`]
  const quiet = ['-qq', '--yes', '-o', 'APT::Sandbox::User=root', '-o', 'Debug::NoLocking=1']
  const fetchAll = async () => {
    const only = ['--no-install-recommends', '--download-only', 'install']
    await run('apt-get', [...quiet, ...empty, ...only, ...packages], { cwd: debs })
    await run('apt-get', [...quiet, 'download', kernel], { cwd: debs })
  }
  await fetchAll().catch(async () => {
    await update()
    await fetchAll()
  })
}

/** The cloud kernel: small, and with IPVS as modules. */
export async function newestKernel(): Promise<string> {
  const name = (await knownKernel()) ?? (await update().then(knownKernel))
  if (name === undefined)
    throw new Problem('apt knows no linux-image-cloud-amd64, whose kernel the guest runs: is this Debian on x86-64?')
  return name
}

async function knownKernel(): Promise<string | undefined> {
  const { stdout } = await run('apt-cache', ['depends', 'linux-image-cloud-amd64']).catch(() => ({ stdout: '' }))
  return /Depends: (linux-image-\S+-cloud-amd64)/.exec(stdout)?.[1]
}

const update = () => run('apt-get', ['update', '-qq'])
