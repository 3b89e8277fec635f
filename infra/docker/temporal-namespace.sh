#!/bin/sh
# Creates the namespace and the search attributes that the workflows set. Safe to run again.
set -eu
until temporal operator cluster health; do sleep 1; done
temporal operator namespace describe -n default >/dev/null 2>&1 ||
  temporal operator namespace create -n default --retention 7d
for attribute in OrderStatus=Keyword CustomerId=Keyword OrderId=Keyword OrderNumber=Keyword EmailHash=Keyword NeedsApproval=Bool Amount=Double Day=Keyword StuckSince=Datetime DisputeStatus=Keyword EvidenceDueBy=Datetime; do
  name=${attribute%=*}
  # A new namespace takes a moment to be known everywhere.
  until temporal operator search-attribute list | grep -qw "$name"; do
    temporal operator search-attribute create --name "$name" --type "${attribute#*=}" || sleep 1
  done
done
