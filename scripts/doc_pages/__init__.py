"""Pages whose text is made from the code, one module for each kind of page; ``scripts.gen_docs`` names them."""
