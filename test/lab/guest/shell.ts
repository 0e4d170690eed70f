import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { machine } from './guest.ts'
import { image } from './image.ts'
import { projectDisk } from './project.ts'

// A shell in the guest, on this terminal, for people who want to look inside. "exit" powers it off.
const booted = await image(text => process.stderr.write(`${text}\n`))
const folder = await mkdtemp(join(tmpdir(), 'longhold-guest-'))
try {
  const [command = '', ...args] = machine(booted, await projectDisk(folder, 'true'), 'lab.shell')
  await once(spawn(command, [...args, '-serial', 'mon:stdio'], { stdio: 'inherit' }), 'exit')
} finally {
  await rm(folder, { recursive: true, force: true })
}
