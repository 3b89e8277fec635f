/** The settings as a table for `docs/settings.md`. */
import { type Settings, settingsSchema } from './config.ts';

interface SettingRow {
  name: string;
  /** As the environment spells it; undefined when the setting has none. */
  fallback: string | undefined;
  isRequired: boolean;
  description: string;
}

/** Every setting, in the schema's order. @throws when a setting has no description */
export function settingRows(): SettingRow[] {
  return Object.entries(settingsSchema.shape).map(([name, schema]) => {
    if (!schema.description) throw new Error(`The setting ${name} has no description.`);
    const parsed = schema.safeParse(undefined);
    return {
      name,
      fallback: parsed.success ? spelledOut(parsed.data) : undefined,
      isRequired: !parsed.success,
      description: schema.description,
    };
  });
}

function spelledOut(value: Settings[keyof Settings]): string | undefined {
  if (value === undefined) return undefined;
  return Array.isArray(value) ? value.join(',') : String(value);
}

export function settingsPage(): string {
  const rows = settingRows().map(({ name, fallback, isRequired, description }) => {
    const fallbackCell = isRequired ? 'required' : fallback === undefined ? 'not set' : `\`${fallback}\``;
    return `| \`${name}\` | ${fallbackCell} | ${description.replaceAll('|', '\\|').replaceAll('<', '&lt;')} |`;
  });
  return `# Settings

Settings are environment variables. The API, the worker, and the commands read them at startup; a process whose settings are missing or
malformed reports all of them at once and exits. \`npm start\` fills in every required setting for the local stack.

This page is generated from [infra/config.ts](../infra/config.ts): \`npm test -- infra/settings-table -u\` writes it. See
[Add a setting](how-to/add-a-setting.md).

| setting | default | description |
| --- | --- | --- |
${rows.join('\n')}
`;
}
