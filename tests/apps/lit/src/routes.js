import { LitElement, html } from 'lit'
import { Router } from '@lit-labs/router'
import './my-element.js'

class MyRoutes extends LitElement {
  router = new Router(this, [
    { path: '/', render: () => html`<my-element><h1>Get started</h1></my-element>` },
    { path: '/about', render: () => html`<h1>About</h1>` },
    { path: '/articles/:name', render: ({ name }) => html`<h1>Article ${name}</h1>` },
  ])

  render() {
    return html`<nav>
        <a href="/">Home</a> <a href="/about">About</a> <a href="/articles/first">First</a>
        <a href="/articles/second?from=nav">Second</a>
      </nav>
      ${this.router.outlet()}`
  }
}

customElements.define('my-routes', MyRoutes)
