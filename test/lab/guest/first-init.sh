#!/bin/busybox sh
# The guest's first process (initrd): finds the root disk, lays a tmpfs over it, and goes on there.
b=/bin/busybox
$b mount -t proc proc /proc
$b mount -t devtmpfs dev /dev
for module in virtio_ring virtio virtio_pci_modern_dev virtio_pci_legacy_dev virtio_pci virtio_blk overlay; do
  if [ -e /modules/$module.ko ]; then $b insmod /modules/$module.ko; fi
done
while [ ! -e /dev/vda ]; do $b usleep 10000; done
$b mount -t tmpfs -o size=75% tmpfs /over
$b mkdir /over/upper /over/work /over/root
$b mount -t ext4 -o ro,noload /dev/vda /disk
$b mount -t overlay -o lowerdir=/disk,upperdir=/over/upper,workdir=/over/work overlay /over/root
$b mount -o move /proc /over/root/proc
$b mount -o move /dev /over/root/dev
exec $b switch_root /over/root /sbin/guest-init
