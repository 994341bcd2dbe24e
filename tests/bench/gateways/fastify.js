// The same work in @fastify/http-proxy with @fastify/jwt.
'use strict'

const fastify = require('fastify')
const work = require('./work')

const app = fastify()
app.register(require('@fastify/jwt'), { secret: { public: work.publicKey }, verify: work.token })
app.register(require('@fastify/http-proxy'), {
  upstream: work.upstream,
  prefix: '/api/v1/rating',
  rewritePrefix: '/v1',
  preHandler: async (request, reply) => {
    await request.jwtVerify()
    const status = work.decide(request.user.sub, request.method, request.url.split('?', 1)[0])
    if (status !== 200) return reply.code(status).send()
  },
  replyOptions: {
    rewriteRequestHeaders: (request, headers) => {
      const { authorization, ...rest } = headers
      return { ...rest, 'x-identity': request.user.sub }
    }
  }
})
app.listen({ port: work.port, host: '127.0.0.1' })
