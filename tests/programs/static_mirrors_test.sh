# A dataset and its shards on plain servers of files, nginx and vsftpd, really started: fetched from, copied from,
# and mixed with a fragd. Skipped where one of the servers is not installed.
source "$(dirname "$0")/lib.sh"
for server in nginx vsftpd; do
  PATH=$PATH:/usr/sbin command -v $server >/dev/null || { echo "SKIPPED: $server is not installed" >&2; exit 77; }
done
PATH=$PATH:/usr/sbin
export XDG_CACHE_HOME=$work/cache
chmod 755 "$work"

free_port() { python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'; }
wait_for_port() {
  for _ in $(seq 200); do
    (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null && return 0
    sleep 0.05
  done
  fail "nobody listens on port $1"
}

mkdir root
small_dataset root/set
frag pack root/set -o root/shards --format png --split train >/dev/null
chmod -R a+rX root

http=$(free_port) ftp=$(free_port)
cat >nginx.conf <<CONF
daemon off; master_process off; pid $work/nginx.pid; error_log $work/nginx.err;
events { worker_connections 64; }
http {
  access_log $work/nginx.log; client_body_temp_path $work/n1; proxy_temp_path $work/n2; fastcgi_temp_path $work/n3;
  uwsgi_temp_path $work/n4; scgi_temp_path $work/n5;
  server { listen 127.0.0.1:$http; root $work/root; }
}
CONF
nginx -c "$work/nginx.conf" 2>nginx.start.err &
mkdir empty
printf '%s\n' listen=YES "listen_port=$ftp" listen_address=127.0.0.1 anonymous_enable=YES "anon_root=$work/root" no_anon_password=YES \
  seccomp_sandbox=NO background=NO "secure_chroot_dir=$work/empty" run_as_launching_user=$([[ $EUID == 0 ]] && echo NO || echo YES) >vsftpd.conf
vsftpd "$work/vsftpd.conf" >vsftpd.out 2>&1 &
wait_for_port "$http"
wait_for_port "$ftp"
web=http://127.0.0.1:$http file=ftp://127.0.0.1:$ftp

expect 0 frag sample root/set --split train --count 90 --seed 4 -o wanted.tar
for place in "$web/set" "$file/set"; do
  rm -rf cache
  expect 0 frag fetch "$place" --split train --count 90 --seed 4 -o got.tar
  cmp wanted.tar got.tar || fail "$place gives another sample"
  expect 0 frag mirror "$place" copy
  expect 0 frag verify --pixels copy
  rm -rf copy
done

# shards by ranges: what was packed, and the sample that the dataset itself gives
expect 0 frag sample root/set --split train --count 90 --seed 4 --format png -o wanted-png.tar
for place in "$web/shards" "$file/shards"; do
  expect 0 frag fetch "$place" --split train --count 90 --seed 4 -o shards.tar
  cmp wanted-png.tar shards.tar || fail "$place gives another sample"
done
expect 2 frag fetch "$web/shards" --count 5 --by sources -o x.tar
says "without the dataset"

# a fragd, files and shards together; the fragd dies on the way
serve fragd fragd root/set --port 0
expect 0 frag fetch "$url" "$web/shards" "$file/set" --by fragments --split train --count 90 --seed 4 --format png -o mixed.tar
cmp wanted-png.tar mixed.tar || fail "mixed mirrors give another sample"
kill -9 $pid
expect 0 frag fetch "$url" "$web/shards" "$web/set" --by fragments --split train --count 90 --seed 4 --format png -o mixed.tar
cmp wanted-png.tar mixed.tar || fail "without the fragd another sample comes"
says "$url"
expect 6 frag fetch "$url" --count 5 -o x.tar
