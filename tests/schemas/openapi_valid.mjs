// Is an OpenAPI document valid by the schema of its own version? Documents as arguments; one line
// of JSON each: {"valid": true} or {"valid": false, "why": "…"}. Nothing is fetched: the schemas
// are in the npm package.
import { createRequire } from "node:module";

const require = createRequire(`${process.env.NODE_PATH}/`);
const parser = require("@apidevtools/swagger-parser");

for (const file of process.argv.slice(2)) {
  const local = { resolve: { http: false } };
  const answer = await parser
    .validate(file, local)
    .then(() => ({ valid: true }))
    .catch((failure) => ({ valid: false, why: String(failure).slice(0, 2000) }));
  console.log(JSON.stringify(answer));
}
