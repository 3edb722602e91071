import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { BrowserRouter, Link, Navigate, Route, Routes, useParams } from 'react-router'
import './index.css'
import App from './App.jsx'

function Article() {
  const { name } = useParams()
  return <h1>Article {name}</h1>
}

createRoot(document.getElementById('root')).render(
  <StrictMode>
    <BrowserRouter>
      <nav>
        <Link to="/">Home</Link> <Link to="/about">About</Link> <Link to="/articles/first">First</Link>{' '}
        <Link to="/articles/second?from=nav">Second</Link> <Link to="/old">Old</Link>
      </nav>
      <Routes>
        <Route path="/" element={<App />} />
        <Route path="/about" element={<h1>About</h1>} />
        <Route path="/articles/:name" element={<Article />} />
        <Route path="/old" element={<Navigate to="/about" replace />} />
      </Routes>
    </BrowserRouter>
  </StrictMode>,
)
