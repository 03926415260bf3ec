-- Makes tables and views follow a layer's declaration. $1: layer id, $2: declaration.
call rimay.declare_layer($1, $2)
