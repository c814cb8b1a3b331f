mod hostile;
mod requests;
mod rounds;
mod system;
