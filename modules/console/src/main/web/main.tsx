import { render } from 'preact';
import './tokens.css';
import './base.css';
import { App } from './app/App';

render(<App />, document.body);
