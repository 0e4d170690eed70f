import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { Problem } from '../../../src/outcome/problem.ts'
import { cached } from './cache.ts'
import { type Parcel, fetchPackages, newestKernel } from './packages.ts'

const run = promisify(execFile)
const sh = (script: string, cwd: string) => run('sh', ['-euc', script], { cwd, maxBuffer: 64 << 20 })

/** What QEMU boots. */
export interface Image {
  readonly kernel: string
  readonly initrd: string
  readonly root: string
}

/**
 * The guest's kernel and root disk, made of Debian's packages and this Node; from the cache when nothing they are made of has
 * changed. `say` is told what takes long. Rejects with a Problem that says which step failed, and with what words.
 */
export async function image(say: (text: string) => void): Promise<Image> {
  const kernel = await newestKernel()
  const place = await cached({ name: 'image', key: await keyOf(kernel), keep: 1 }, made => build(made, kernel, say))
  return { kernel: join(place, 'vmlinuz'), initrd: join(place, 'initrd'), root: join(place, 'root.img') }
}

/** What the lab runs, and what runs it. */
const packages = (
  'bash dash coreutils grep sed mawk findutils tar iproute2 iptables nftables conntrack ipvsadm ipset tcpdump nsd procps ' +
  'util-linux mount kmod strace less hostname base-files usr-is-merged libc-bin libstdc++6 busybox-static'
).split(' ')

const file = (name: string) => fileURLToPath(new URL(name, import.meta.url))

async function keyOf(kernel: string): Promise<string> {
  const hash = createHash('sha256')
  for (const each of ['image.ts', 'packages.ts', 'first-init.sh', 'guest-init.sh'])
    hash.update(await readFile(file(each)))
  return hash.update(`${kernel} ${process.version}`).digest('hex').slice(0, 16)
}

async function build(made: string, kernel: string, say: (text: string) => void): Promise<void> {
  const work = join(made, 'work')
  await mkdir(work)
  const parcel: Parcel = { packages, kernel, folder: work }
  const steps = [
    [`the guest is built, once: ${kernel} and some 100 packages from Debian`, () => fetchPackages(parcel)],
    ['the guest is built: its files', () => unpack(work)],
    ['the guest is built: its disks', () => writeDisks(work)],
  ] as const
  for (const [what, step] of steps) {
    say(what)
    await step().catch((error: unknown) => {
      const words = (error as { stderr?: string }).stderr?.trim() || String(error)
      throw new Problem(`${what}; this failed: ${words}`)
    })
  }
  await rm(work, { recursive: true })
}

async function unpack(work: string): Promise<void> {
  await sh(
    `mkdir -p root/usr && cd root && for dir in bin sbin lib lib64; do mkdir usr/$dir; ln -s usr/$dir $dir; done
    for deb in ../debs/*.deb; do dpkg-deb --fsys-tarfile "$deb" | tar -x --keep-directory-symlink; done
    rm -rf usr/share/doc usr/share/man usr/share/locale usr/share/info usr/share/perl*
    cd lib/modules/*/kernel && rm -rf drivers/gpu drivers/infiniband drivers/scsi drivers/net/ethernet sound`,
    work,
  )
}

async function writeDisks(work: string): Promise<void> {
  await settle(join(work, 'root'))
  await sh(
    `mv root/boot/vmlinuz-* ../vmlinuz && rm -rf root/boot/*
    mkdir initrd && cd initrd && mkdir bin dev proc sys disk over modules && cp ../root/bin/busybox bin/
    cp '${file('first-init.sh')}' init && chmod 755 init
    for name in virtio_ring virtio virtio_pci_modern_dev virtio_pci_legacy_dev virtio_pci virtio_blk overlay; do
      find ../root/lib/modules/ -name "$name.ko" -exec cp {} modules/ ';'
    done
    find . | cpio --quiet -o -H newc >../../initrd
    cd .. && megabytes=$(( $(du -sm root | cut -f1) * 108 / 100 + 20 ))
    mke2fs -q -t ext4 -O ^has_journal -m 0 -N 30000 -d root ../root.img "\${megabytes}M"`,
    work,
  )
}

/** What Debian's packages do when they are installed; then Node and our init. */
async function settle(root: string): Promise<void> {
  await sh(
    `for name in iptables iptables-save iptables-restore ip6tables ip6tables-save ip6tables-restore; do
      ln -s xtables-nft-multi usr/sbin/$name
    done
    ln -s mawk usr/bin/awk
    depmod -b . "$(ls lib/modules)"
    mkdir -p longhold results etc run/nsd && ldconfig -r .
    cp '${process.execPath}' usr/bin/node
    cp '${file('guest-init.sh')}' usr/sbin/guest-init && chmod 755 usr/sbin/guest-init`,
    root,
  )
  const etc = {
    passwd:
      'root:x:0:0:root:/root:/bin/bash\nnsd:x:105:65534::/run/nsd:/bin/false\nnobody:x:65534:65534::/:/bin/false\n',
    group: 'root:x:0:\ntty:x:5:\nnogroup:x:65534:\n',
    hosts: '127.0.0.1 localhost guest\n',
    hostname: 'guest\n',
  }
  for (const [name, text] of Object.entries(etc)) await writeFile(join(root, 'etc', name), text)
}
