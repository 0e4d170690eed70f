import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { chmod, copyFile, mkdir, readdir, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises'
import { homedir } from 'node:os'
import { basename, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

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
 * changed. `say` is told what takes long. Rejects with what failed.
 */
export async function image(say: (text: string) => void): Promise<Image> {
  const kernelPackage = await newestKernel()
  const cache = join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'longhold-lab')
  const place = join(cache, await keyOf(kernelPackage))
  const made = { kernel: join(place, 'vmlinuz'), initrd: join(place, 'initrd'), root: join(place, 'root.img') }
  if (
    await readdir(place).then(
      files => files.includes('root.img'),
      () => false,
    )
  )
    return made

  const work = `${place}.${process.pid}`
  await rm(work, { recursive: true, force: true })
  await mkdir(join(work, 'image'), { recursive: true })
  try {
    say(`building the guest, once: ${kernelPackage} and ${packages.length} packages from Debian`)
    await fetchPackages(work, kernelPackage)
    say('building the guest: its disks')
    await unpack(work)
    await makeInitrd(work)
    await makeRoot(work)
    await rename(join(work, 'image'), place).catch(() => {}) // another run was faster
  } finally {
    await rm(work, { recursive: true, force: true })
  }
  for (const old of await readdir(cache))
    if (/^[0-9a-f]{16}$/.test(old) && old !== basename(place)) await rm(join(cache, old), { recursive: true })
  return made
}

/** What the lab runs, and what runs it. */
const packages = (
  'bash dash coreutils grep sed mawk findutils tar iproute2 iptables nftables conntrack ipvsadm tcpdump nsd procps ' +
  'util-linux mount kmod base-files usr-is-merged libc-bin libstdc++6 busybox-static'
).split(' ')

/** The cloud kernel: small, and with IPVS as modules. */
async function newestKernel(): Promise<string> {
  const { stdout } = await run('apt-cache', ['depends', 'linux-image-cloud-amd64'])
  const found = /Depends: (linux-image-\S+-cloud-amd64)/.exec(stdout)?.[1]
  if (found === undefined) throw new Error('apt knows no linux-image-cloud-amd64: run "apt-get update" first')
  return found
}

const file = (name: string) => fileURLToPath(new URL(name, import.meta.url))

async function keyOf(kernelPackage: string): Promise<string> {
  const hash = createHash('sha256')
  for (const each of ['image.ts', 'first-init.sh', 'guest-init.sh']) hash.update(await readFile(file(each)))
  return hash.update(`${kernelPackage} ${process.version}`).digest('hex').slice(0, 16)
}

/** An apt that thinks nothing is installed fetches everything, dependencies included, and installs nothing. */
async function fetchPackages(work: string, kernelPackage: string): Promise<void> {
  await mkdir(join(work, 'debs', 'partial'), { recursive: true })
  await writeFile(join(work, 'status'), '')
  const options = `-o Dir::State::status=$PWD/status -o Dir::Cache::archives=$PWD/debs -o APT::Sandbox::User=root -o Debug::NoLocking=1`
  await sh(
    `apt-get ${options} -qq --yes --no-install-recommends --download-only install ${packages.join(' ')}
    mkdir kernel && cd kernel && apt-get -qq -o APT::Sandbox::User=root download ${kernelPackage}`,
    work,
  )
}

async function unpack(work: string): Promise<void> {
  await sh(
    `mkdir -p root/usr && cd root && for dir in bin sbin lib lib64; do mkdir usr/$dir; ln -s usr/$dir $dir; done
    for deb in ../debs/*.deb ../kernel/*.deb; do dpkg-deb --fsys-tarfile "$deb" | tar -x --keep-directory-symlink; done
    depmod -b . "$(ls lib/modules)"
    cp boot/vmlinuz-* ../image/vmlinuz
    rm -rf boot/* usr/share/doc usr/share/man usr/share/locale usr/share/info usr/share/perl*`,
    work,
  )
}

async function makeInitrd(work: string): Promise<void> {
  await sh(
    'mkdir -p initrd && cd initrd && mkdir bin dev proc sys disk over modules && cp ../root/bin/busybox bin/',
    work,
  )
  await copyFile(file('first-init.sh'), join(work, 'initrd', 'init'))
  await chmod(join(work, 'initrd', 'init'), 0o755)
  await sh(
    `for name in virtio_ring virtio virtio_pci_modern_dev virtio_pci_legacy_dev virtio_pci virtio_blk overlay; do
      find root/lib/modules/ -name "$name.ko" -exec cp {} initrd/modules/ ';'
    done
    cd initrd && find . | cpio --quiet -o -H newc | gzip -1 >../image/initrd`,
    work,
  )
}

/** Links that Debian's packages make when they are installed, Node, and our init; then a disk of it all. */
async function makeRoot(work: string): Promise<void> {
  const root = join(work, 'root')
  for (const name of [
    'iptables',
    'iptables-save',
    'iptables-restore',
    'ip6tables',
    'ip6tables-save',
    'ip6tables-restore',
  ])
    await symlink('xtables-nft-multi', join(root, 'usr/sbin', name))
  await symlink('mawk', join(root, 'usr/bin/awk'))
  await copyFile(process.execPath, join(root, 'usr/bin/node'))
  await copyFile(file('guest-init.sh'), join(root, 'usr/sbin/guest-init'))
  await chmod(join(root, 'usr/sbin/guest-init'), 0o755)
  await writeFile(join(root, 'etc/passwd'), 'root:x:0:0:root:/root:/bin/bash\nnobody:x:65534:65534::/:/bin/false\n')
  await writeFile(join(root, 'etc/hosts'), '127.0.0.1 localhost\n')
  await writeFile(join(root, 'etc/group'), 'root:x:0:\nnogroup:x:65534:\n')
  await sh(
    `mkdir -p root/longhold root/results && chroot root ldconfig
    megabytes=$(( $(du -sm root | cut -f1) * 108 / 100 + 20 ))
    mke2fs -q -t ext4 -O ^has_journal -m 0 -N 30000 -d root image/root.img "\${megabytes}M"`,
    work,
  )
}
