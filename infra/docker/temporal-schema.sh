#!/bin/sh
# Migrates Temporal's two databases to the schema of this image's version. Safe to run again.
set -eu
for part in temporal visibility; do
  database=temporal
  [ "$part" = visibility ] && database=temporal_visibility
  tool="temporal-sql-tool --plugin postgres12 --ep $POSTGRES_SEEDS -p 5432 -u $POSTGRES_USER --pw $POSTGRES_PWD --db $database"
  $tool setup-schema -v 0.0
  $tool update-schema --schema-name "postgresql/v12/$part"
done
