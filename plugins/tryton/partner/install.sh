#!/usr/bin/env bash
# Installs what a real Tryton needs, from Debian's packages. Nothing is started by it. Run as root.
set -euo pipefail
if [ ! -e /etc/postgresql-common/createcluster.conf ]; then
  # The partner makes a database cluster of its own; the machine needs none beside it.
  mkdir -p /etc/postgresql-common
  echo 'create_main_cluster = false' >/etc/postgresql-common/createcluster.conf
fi
apt-get update -qq
DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends \
  postgresql python3-psycopg2 tryton-server tryton-proteus tryton-modules-party \
  tryton-modules-account-invoice tryton-modules-account-payment tryton-modules-account-dunning
