// The lab's entry: puts the page into the document.

import { render } from 'preact';
import './style.css';
import { Page } from './view/page.tsx';

render(<Page />, document.getElementById('lab')!);
