"""A small network whose weights share, and some steps of training it."""


def shared_model(torch, seed=0):
    """Conv and linear layers whose weights are multiples of 1/4, many of them zero, some -0.0."""
    torch.manual_seed(seed)
    model = torch.nn.Sequential(
        torch.nn.Conv2d(2, 8, 3), torch.nn.ReLU(), torch.nn.Flatten(), torch.nn.Linear(32, 16), torch.nn.Linear(16, 3)
    )
    with torch.no_grad():
        for layer in (model[0], model[3]):
            layer.weight.copy_((layer.weight * 12).round() / 4)
    assert (model[3].weight.signbit() & (model[3].weight == 0)).any()
    return model


def batch(torch, seed=0):
    generator = torch.Generator().manual_seed(seed)
    return torch.randn(20, 2, 4, 4, generator=generator), torch.randint(0, 3, (20,), generator=generator)


def trained(torch, model, optimizer, steps=5):
    inputs, targets = batch(torch)

    def closure():
        optimizer.zero_grad()
        loss = torch.nn.functional.cross_entropy(model(inputs), targets)
        loss.backward()
        return loss

    return [float(optimizer.step(closure).detach()) for _ in range(steps)]
