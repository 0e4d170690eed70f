import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { jobDisk } from './guest.ts'
import { image } from './image.ts'
import { machine } from './machine.ts'
import { missingForGuest } from './needs.ts'
import { projectDisk } from './project.ts'

// A shell in the guest, on this terminal, for people who want to look inside. "exit" powers it off.
const say = (text: string) => void process.stderr.write(`${text}\n`)
const missing = missingForGuest()
if (missing === undefined) await shell()
else {
  say(missing)
  process.exitCode = 1
}

async function shell(): Promise<void> {
  const built = await image(say)
  const project = await projectDisk(say)
  const folder = await mkdtemp(join(tmpdir(), 'longhold-guest-'))
  try {
    say('booting the guest; "exit" powers it off, Ctrl-A X pulls the plug')
    const [command = '', ...args] = machine(built, [project, await jobDisk(folder, 'true')], 'lab.shell')
    const qemu = ['--pdeathsig', 'KILL', command, ...args, '-serial', 'mon:stdio']
    await once(spawn('setpriv', qemu, { stdio: 'inherit' }), 'exit')
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}
