// The work that every gateway in this comparison does: verify the token, check the permission, set the identity.
'use strict'

const grants = JSON.parse(process.env.BENCH_GRANTS)
const needed = { 'GET /api/v1/rating/branches': ['rating.rate_tables', new Set(['view', 'edit', 'approve', 'admin'])] }

exports.publicKey = process.env.BENCH_PUBLIC_KEY
exports.upstream = process.env.BENCH_UPSTREAM
exports.port = Number(process.env.BENCH_PORT)
exports.token = { algorithms: ['EdDSA'], allowedAud: 'ratebook-gateway', allowedIss: 'ratebook-security', cache: 2000 }

// The status for a caller and an operation: 200, 403 or 404.
exports.decide = (subject, method, path) => {
  const operation = needed[`${method} ${path}`]
  if (operation === undefined) return 404
  const levels = grants[subject]
  return levels !== undefined && operation[1].has(levels[operation[0]]) ? 200 : 403
}
