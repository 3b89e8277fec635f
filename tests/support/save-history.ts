/** Saves a workflow's history for the replay test, decrypted and without the names of processes and hosts. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { WorkflowHandle } from '@temporalio/client';
import temporalProto from '@temporalio/proto';
import type { Services } from '../../infra/services.ts';
import { EncryptingCodec } from '../../infra/temporal/payload-codec.ts';
import { CHECKOUT } from '../../local/stack/profile.ts';
import { decryptHistory } from './plain-history.ts';

export type SavedFeature = 'order' | 'reservation' | 'refund' | 'recommendations';

export async function saveHistory(
  { settings }: Pick<Services, 'settings'>,
  handle: Pick<WorkflowHandle, 'fetchHistory'>,
  feature: SavedFeature,
  name: string,
): Promise<void> {
  const folder = join(CHECKOUT, 'workflows', feature, 'histories');
  mkdirSync(folder, { recursive: true });
  const history = temporalProto.temporal.api.history.v1.History.fromObject(await handle.fetchHistory());
  await decryptHistory(history, new EncryptingCodec(settings.PAYLOAD_KEYS));
  // Process and host names are private.
  for (const event of history.events) {
    for (const attributes of Object.values(event)) if (attributes?.identity) attributes.identity = 'saved';
  }
  writeFileSync(join(folder, `${name}.bin`), temporalProto.temporal.api.history.v1.History.encode(history).finish());
  console.log(`${feature}/${name}`);
}
