// Writes the TypeScript types of all operations in .graphql files, from the schema. Fails if an operation is invalid.
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import {
  buildSchema,
  isAbstractType,
  isEnumType,
  isInputObjectType,
  isListType,
  isNonNullType,
  isScalarType,
  Kind,
  NoUnusedFragmentsRule,
  parse,
  specifiedRules,
  typeFromAST,
  validate,
} from 'graphql';

const SCALARS = {
  ID: 'string',
  String: 'string',
  Int: 'number',
  Float: 'number',
  Boolean: 'boolean',
  Long: 'number',
  Date: 'string',
  DateTime: 'string',
  Duration: 'string',
  JSON: 'unknown',
};
const [schemaFile, sources, output] = process.argv.slice(2);
const schema = buildSchema(readFileSync(schemaFile, 'utf8'));
const files = readdirSync(sources, { recursive: true })
  .filter(name => name.endsWith('.graphql'))
  .sort();
const definitions = files.flatMap(name => {
  const found = parse(readFileSync(join(sources, name), 'utf8')).definitions;
  if (found.length !== 1 || found[0].name?.value !== basename(name, '.graphql')) {
    throw new Error(`${name}: expected one definition with the name of the file.`);
  }
  return found;
});
const errors = validate(
  schema,
  { kind: Kind.DOCUMENT, definitions },
  specifiedRules.filter(rule => rule !== NoUnusedFragmentsRule),
);
if (errors.length) throw new Error(errors.map(String).join('\n'));
const fragments = new Map(definitions.filter(d => d.kind === Kind.FRAGMENT_DEFINITION).map(d => [d.name.value, d]));
const named = new Set();

function name(type) {
  if (isScalarType(type)) return SCALARS[type.name] ?? 'unknown';
  named.add(type);
  return type.name;
}
function input(type) {
  if (isNonNullType(type)) return input(type.ofType);
  return isListType(type)
    ? `readonly (${input(type.ofType)}${isNonNullType(type.ofType) ? '' : ' | null'})[]`
    : name(type);
}
function output_(type, selections) {
  if (isNonNullType(type)) return outputNonNull(type.ofType, selections);
  return `${outputNonNull(type, selections)} | null`;
}
function outputNonNull(type, selections) {
  if (isListType(type)) return `readonly (${output_(type.ofType, selections)})[]`;
  return selections.length ? object(type, selections) : name(type);
}
function object(type, selections) {
  if (isAbstractType(type)) {
    const concrete = [...new Set(selections.filter(s => s.typeCondition).map(s => s.typeCondition.name.value))];
    return [...concrete.map(name => object(schema.getType(name), selections)), 'Record<string, never>'].join(' | ');
  }
  const fields = new Map();
  collect(type, selections, fields);
  return `{ ${[...fields]
    .map(
      ([key, { field, nested }]) =>
        `readonly ${key}: ${key === '__typename' ? JSON.stringify(type.name) : output_(field.type, nested)};`,
    )
    .join(' ')} }`;
}
function collect(type, selections, fields) {
  for (const selection of selections) {
    if (selection.kind === Kind.FIELD) {
      const key = selection.alias?.value ?? selection.name.value;
      const known = fields.get(key) ?? { field: type.getFields?.()[selection.name.value], nested: [] };
      known.nested.push(...(selection.selectionSet?.selections ?? []));
      fields.set(key, known);
    } else {
      const fragment = selection.kind === Kind.FRAGMENT_SPREAD ? fragments.get(selection.name.value) : selection;
      const condition = fragment.typeCondition && schema.getType(fragment.typeCondition.name.value);
      if (condition && condition !== type && !isAbstractType(condition)) continue;
      collect(type, fragment.selectionSet.selections, fields);
    }
  }
}
const out = [];
for (const d of definitions) {
  if (d.kind === Kind.FRAGMENT_DEFINITION) {
    out.push(
      `export type ${d.name.value} = ${object(typeFromAST(schema, d.typeCondition), d.selectionSet.selections)};`,
    );
  }
}
out.push('export interface Operations {');
for (const d of definitions.filter(d => d.kind === Kind.OPERATION_DEFINITION)) {
  const variables = (d.variableDefinitions ?? []).map(v => {
    const type = typeFromAST(schema, v.type);
    const optional = !isNonNullType(type) || v.defaultValue;
    return `readonly ${v.variable.name.value}${optional ? '?' : ''}: ${input(type)}${optional ? ' | null | undefined' : ''};`;
  });
  out.push(
    `  ${d.name.value}: { kind: '${d.operation}'; variables: { ${variables.join(' ')} }; result: ${object(schema.getRootType(d.operation), d.selectionSet.selections)} };`,
  );
}
out.push('}');
for (const type of named) {
  // grows while inputs are written
  if (isEnumType(type))
    out.push(
      `export type ${type.name} = ${type
        .getValues()
        .map(v => `'${v.name}'`)
        .join(' | ')};`,
    );
  if (isInputObjectType(type))
    out.push(
      `export interface ${type.name} { ${Object.values(type.getFields())
        .map(
          f =>
            `readonly ${f.name}${isNonNullType(f.type) && f.defaultValue === undefined ? '' : '?'}: ${input(f.type)}${isNonNullType(f.type) ? '' : ' | null | undefined'};`,
        )
        .join(' ')} }`,
    );
}
mkdirSync(dirname(output), { recursive: true });
writeFileSync(output, `// Generated by types.mjs from schema.graphqls.\n${out.join('\n')}\n`);
