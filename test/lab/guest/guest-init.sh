#!/bin/sh
# The guest's init: what a lab needs of a machine, the job, its output and results through virtio-serial, power off.
export PATH=/usr/sbin:/usr/bin HOME=/root NODE_COMPILE_CACHE=/tmp/node-compile-cache
mount -t sysfs sysfs /sys
mount -t tmpfs tmpfs /run
mount -t tmpfs tmpfs /tmp
mkdir -p /dev/pts /dev/shm /results
mount -t devpts devpts /dev/pts
modprobe -a virtio_console ip_vs ip_vs_rr ip_vs_sh nf_conntrack nf_conntrack_netlink br_netfilter
ip link set lo up
mount -o ro /dev/vdb /longhold
for tries in 1 2 3 4 5 6 7 8 9 10; do
  if ls /dev/vport*p1 >/dev/null 2>&1; then break; fi
  sleep 0.2
done
said=$(ls /dev/vport*p1)
results=$(ls /dev/vport*p2)
cd /longhold
if grep -q lab.shell /proc/cmdline; then
  setsid --ctty --wait bash -l <>/dev/console >&0 2>&1
else
  sh /longhold/job >"$said" 2>&1 </dev/null
  code=$?
  tar -cf - -C /results . >"$results"
  echo "the job ended with $code" >"$said"
fi
sync
echo o >/proc/sysrq-trigger
sleep 60
