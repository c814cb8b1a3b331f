mod hostile;
mod rounds;
mod system;
