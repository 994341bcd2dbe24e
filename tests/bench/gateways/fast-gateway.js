// The same work in fast-gateway.
'use strict'

const gateway = require('fast-gateway')
const { createVerifier } = require('fast-jwt')
const work = require('./work')

const verify = createVerifier({ key: work.publicKey, ...work.token })

function enter (request, response, next) {
  let claims
  try {
    claims = verify((request.headers.authorization || '').slice(7))
  } catch {
    response.statusCode = 401
    return response.end()
  }
  const status = work.decide(claims.sub, request.method, request.url.split('?', 1)[0])
  if (status !== 200) {
    response.statusCode = status
    return response.end()
  }
  delete request.headers.authorization
  request.headers['x-identity'] = claims.sub
  return next()
}

gateway({
  middlewares: [enter],
  routes: [{ prefix: '/api/v1/rating', prefixRewrite: '/v1', target: work.upstream }]
}).start(work.port, '127.0.0.1')
