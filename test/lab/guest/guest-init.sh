#!/bin/sh
# The guest's init: what a lab needs of a machine, the job, its output and results through virtio-serial, power off.
export PATH=/usr/sbin:/usr/bin HOME=/root TMPDIR=/longhold/tmp
export NODE_COMPILE_CACHE=$TMPDIR/node-compile-cache NODE_COMPILE_CACHE_PORTABLE=1
mount -t sysfs sysfs /sys
mount -t tmpfs tmpfs /run
mount -t tmpfs tmpfs /tmp
mkdir -p /dev/pts /dev/shm /results /run/project/disk /run/project/upper /run/project/work
mount -t devpts devpts /dev/pts
modprobe -a virtio_console ip_vs ip_vs_rr ip_vs_sh nf_conntrack nf_conntrack_netlink br_netfilter
ip link set lo up
cat /dev/vdc >/run/job
# The project's disk, with a tmpfs over it: Node keeps what it compiles below TMPDIR.
mount -o ro /dev/vdb /run/project/disk
mount -t overlay -o lowerdir=/run/project/disk,upperdir=/run/project/upper,workdir=/run/project/work overlay /longhold
cd /longhold
if grep -q lab.shell /proc/cmdline; then
  setsid --ctty --wait bash -l <>/dev/console >&0 2>&1
else
  for tries in 1 2 3 4 5 6 7 8 9 10; do
    if ls /dev/vport*p2 >/dev/null 2>&1; then break; fi
    sleep 0.2
  done
  said=$(ls /dev/vport*p1)
  results=$(ls /dev/vport*p2)
  exec 3>"$said" # a port is opened once only, and a process may outlive the job
  sh /run/job >&3 2>&1 </dev/null 3>&-
  code=$?
  tar -cf - -C /results . >"$results"
  echo "the job ended with $code" >&3
fi
echo o >/proc/sysrq-trigger
while :; do :; done
