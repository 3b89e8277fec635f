/**
 * A plugin of Stryker: leaves alone what a text says, where only its wording would change. Descriptions of the API's schemas, messages of
 * errors, and the source texts of documentation are not what mutants are for; a text that decides something is still mutated.
 */
import { declareValuePlugin, PluginKind } from '@stryker-mutator/api/plugin';

/** Their argument is prose. */
const DESCRIBING = new Set(['describe', 'meta', 'openapi']);

const isText = (path) => path.isStringLiteral() || path.isTemplateLiteral();

function isDescribed(path) {
  const call = path.findParent((parent) => parent.isCallExpression());
  const callee = call?.node.callee;
  return callee?.type === 'MemberExpression' && DESCRIBING.has(callee.property.name);
}

function isErrorMessage(path) {
  const created = path.findParent((parent) => parent.isNewExpression());
  return created !== null && /Error$/.test(created.node.callee.name ?? '');
}

export const strykerPlugins = [
  declareValuePlugin(PluginKind.Ignore, 'texts', {
    shouldIgnore(path) {
      if (isText(path) && isErrorMessage(path)) return 'the message of an error';
      if ((isText(path) || path.isObjectExpression()) && isDescribed(path)) return 'a description';
      return undefined;
    },
  }),
];
