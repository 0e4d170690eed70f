import type { Image } from './image.ts'

/** The call of QEMU for a guest with these disks: root, project, and the shell command it begins with. */
export function machine({ kernel, initrd, root }: Image, disks: readonly string[], more = ''): string[] {
  const drives = [root, ...disks].flatMap(file => [
    '-drive',
    `file=${file},format=raw,if=virtio,readonly=on,cache=unsafe`,
  ])
  return ['qemu-system-x86_64', ...hardware.split(' '), '-kernel', kernel, '-initrd', initrd, ...drives].concat(
    '-append',
    `console=ttyS0 quiet panic=-1 mitigations=off tsc=reliable nokaslr ${more}`.trim(),
  )
}

/**
 * Software emulation, always: where /dev/kvm exists it need not work, and a stock kernel may die on it half-way. The CPU is
 * an old one because what is newer (AVX, ERMS) is slower when emulated.
 */
const hardware =
  '-accel tcg,thread=multi,tb-size=512 -cpu Nehalem -smp 2 -m 2048 -nodefaults -no-reboot -display none -nic none'

/** Two virtio-serial ports: the first is QEMU's standard output, the second is written to a file. */
export const ports = (file: string): string[] =>
  ['-device virtio-serial-pci -chardev stdio,id=said,signal=off -device virtserialport,chardev=said']
    .flatMap(words => words.split(' '))
    .concat('-chardev', `file,id=results,path=${file}`, '-device', 'virtserialport,chardev=results')
